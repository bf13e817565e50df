-- looked_into (_row, line), fhir_element (the definitions), fhir_primitive (type, json_types, is_dated), is_of_form (the
-- forms of primitives) -> nonconforming (_row, rule_id, names: the members from the top down to the place).
-- Variable resource_type. A place is a member's name behind those of what holds it, lists not counted: records have few,
-- and each is followed down from the resource by the definition of the type that holds it. Of what is unknown nothing
-- below is looked at, nor of contained resources.
create or replace temp table fhir_node as
select
    l._row, t.id, t.parent, t.key, t.type, t.value::varchar as said,
    regexp_replace(t.fullkey, '\[[0-9]+\]', '', 'g') as place
from looked_into as l, json_tree(l.line) as t;

create or replace temp table fhir_place as
with recursive found as (
    select any_value(place) as place from fhir_node group by place
),
placed as (
    select place, regexp_extract(place, '^(.*)\.', 1) as above, regexp_extract(place, '([^.]*)$', 1) as name
    from found
),
known as (
    select '$' as place, getvariable('resource_type') as kind, false as is_list, ''::varchar as name
    union all
    select p.place, d.type as kind, d.is_list, p.name
    from known as k
    inner join placed as p on p.above = k.place
    inner join fhir_element as d on d.owner = k.kind and d.name = p.name
)
select
    p.place, string_split(ltrim(p.place, '$.'), '.') as names, p.name, k.kind, k.is_list,
    k.kind is null and p.place <> '$.resourceType' and exists (
        select 1 from known as a inner join fhir_element as d on d.owner = a.kind where a.place = p.above
    ) as is_unknown,
    f.type is not null as is_primitive, f.json_types, f.is_dated
from placed as p
left join known as k using (place)
left join fhir_primitive as f on f.type = k.kind;

create or replace temp table fhir_walked as
select n._row, n.id, n.parent, n.type, n.said, coalesce(above.type = 'ARRAY', false) as is_item, p.*
from fhir_node as n
inner join fhir_place as p using (place)
left join fhir_node as above on above._row = n._row and above.id = n.parent
where p.kind is not null or p.is_unknown;

-- Members that an object has; a value may stand in its extension instead (_name), and is there.
create or replace temp table fhir_member as
select o._row, o.id, o.kind, o.names, ltrim(c.key, '_') as name
from fhir_walked as o
inner join fhir_node as c on c._row = o._row and c.parent = o.id
where o.type = 'OBJECT' and not o.is_primitive and not o.is_unknown;

create or replace temp table nonconforming as
select distinct _row, rule_id, list_filter(names, lambda x: x <> '') as names from (
    select _row, 'unknown_element' as rule_id, names from fhir_walked where is_unknown
    union all
    -- A null in a list of primitives stands where the list of their extensions has the value.
    select _row, 'empty_element', names
    from fhir_walked as w
    where not is_unknown and (
        said in ('[]', '{}', '""')
        or (type = 'NULL' and not (is_item and (is_primitive or starts_with(name, '_')) and exists (
            select 1 from fhir_node as s
            where s._row = w._row and s.key = if(starts_with(w.name, '_'), substr(w.name, 2), '_' || w.name)
        )))
    )
    union all
    select _row, 'malformed_shape', names
    from fhir_walked
    where not is_unknown and type <> 'NULL' and case
        when is_list and not is_item then type <> 'ARRAY'
        when is_primitive then not list_contains(json_types, type)
        else type <> 'OBJECT'
    end
    union all
    select _row, if(is_dated, 'malformed_date', 'malformed_value'), names
    from fhir_walked
    where is_primitive and said <> '""' and list_contains(json_types, type)
        and not is_of_form(kind, trim(said, '"'))
    union all
    select m._row, 'several_choices', list_append(m.names, min(m.name))
    from fhir_member as m
    inner join fhir_element as d on d.owner = m.kind and d.name = m.name and d.choice <> ''
    group by m._row, m.id, m.names, d.choice
    having count(distinct m.name) > 1
    union all
    select o._row, 'missing_required', list_append(o.names, r.choice)
    from fhir_walked as o
    inner join (
        select owner, if(choice = '', name, choice) as choice, list(name) as forms
        from fhir_element where least > 0 group by all
    ) as r on r.owner = o.kind
    where o.type = 'OBJECT' and not exists (
        select 1 from fhir_member as m where m._row = o._row and m.id = o.id and list_contains(r.forms, m.name)
    )
);
