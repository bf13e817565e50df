-- Names as the Master Person Service cleans them, folded for comparing, and the stand-ins that are no names.
-- Cleaning (NHS England, Person_ID Handbook): upper case; without ! $ % & ( ) [ ] { } = : ; # ~ @ | < > . ? / _ \ and
-- the pound sign. Characters that cannot be seen go too, and runs of spaces become one.
create or replace temp macro name_cleaned(value) as nullif(trim(regexp_replace(regexp_replace(
    upper(nfc_normalize(value)), '[!$%&()\[\]{}=:;#~@|<>.?/_\\£\p{C}]', '', 'g'), '\s+', ' ', 'g')), '');
-- Letters that strip_accents leaves as they are, as an English system writes them.
create or replace temp macro letters_plain(cleaned) as strip_accents(replace(replace(replace(replace(replace(
    translate(cleaned, 'ŁØĐÐĦŦŊ', 'LODDHTN'), 'ß', 'SS'), 'ẞ', 'SS'), 'Æ', 'AE'), 'Œ', 'OE'), 'Þ', 'TH'));
-- Letters only, of any script: no accent, space, hyphen or apostrophe.
create or replace temp macro letters_only(cleaned) as
    nullif(regexp_replace(letters_plain(cleaned), '[^\p{L}]', '', 'g'), '');
-- What a front desk writes where it has no name: for newborns, for people not known, for trying a system out. Judged by
-- its letters and digits, with a space before a number.
create or replace temp macro words_plain(plain) as trim(regexp_replace(
    regexp_replace(plain, '[^A-Z0-9]+', ' ', 'g'), '([A-Z])([0-9])', '\1 \2', 'g'));
create or replace temp macro is_placeholder_words(words) as regexp_full_match(words,
    '(NAME )?((UNKNOWN|NOT KNOWN|UNK|N K|NK|UNIDENTIFIED|UNNAMED|ANON|ANONYMOUS|WITHHELD|REDACTED|NOT STATED|NOT GIVEN|NOT RECORDED'
    || '|NOT APPLICABLE|NOT AVAILABLE|NOT USED|TBC|TBA|TO BE (CONFIRMED|ADVISED)|NULL|NONE|NIL)( |$))+'
    || '((NAME|MALE|FEMALE|PERSON|PATIENT|SURNAME|FORENAME|MAN|WOMAN)( |$))*[0-9]*'
    || '|NO NAME|NAME|SURNAME|FORENAME|FIRST NAME|LAST NAME|FAMILY NAME|GIVEN NAME|DO NOT USE( .*)?|DECEASED|DUPLICATE( .*)?'
    || '|(MALE |FEMALE )?(BABY|INFANT|NEW ?BORN|NEONATE|FOETUS|FETUS|STILLBORN)(BOY|GIRL)?( .*)?|(BOY|GIRL) (OF|BABY|INFANT).*'
    || '|MALE|FEMALE|BOY|GIRL'
    || '|(MALE |FEMALE )?(TWIN|TRIPLET)( ?([0-9]+|[A-D]|I+|ONE|TWO|THREE|FIRST|SECOND|THIRD|OF .*|BOY|GIRL|MALE|FEMALE).*)?'
    || '|TEST|TEST ?PATIENT.*|PATIENT TEST.*|TEST [0-9]+|[XYZ]+ ?TEST.*|DUMMY( PATIENT)?|X+|Z+|MR|MRS|MISS|MS|DR');
create or replace temp macro is_placeholder_plain(plain) as is_placeholder_words(words_plain(plain));
-- ... and says that it is one of several who were born together, or one of several whom a desk numbered.
create or replace temp macro is_one_of_several_plain(plain) as regexp_matches(words_plain(plain),
    '(^| )(TWIN|TRIPLET|QUAD)S?( |$)|(^| )(TWIN|TRIPLET|BABY|INFANT|NEW ?BORN|BOY|GIRL|MALE|FEMALE|UNKNOWN) ?([0-9]+|[A-D]|I+|ONE|TWO|THREE|FIRST|SECOND|THIRD)$'
);
-- A name that says that its bearer was made up for a test. TEST, DUMMY and PATIENT alone are surnames too: they count
-- only where the given name says so as well.
create or replace temp macro is_test_word(plain) as
    regexp_full_match(plain, '[XYZ]{2,} ?(TEST|DUMMY|TRAIN).*|(TEST|DUMMY|TRAINING) ?PATIENT.*|PATIENT ?(TEST|DUMMY).*|(TEST|DUMMY) ?[0-9]+');
create or replace temp macro name_plain(sent) as
    trim(regexp_replace(letters_plain(name_cleaned(sent)), '[^A-Z0-9]+', ' ', 'g'));
create or replace temp macro is_test_name(family, given) as case
    when not regexp_matches(strip_accents(upper(concat_ws(' ', family, given))), 'TEST|DUMMY|TRAIN') then false  -- nearly all
    else coalesce(is_test_word(name_plain(family)), false) or coalesce(is_test_word(name_plain(given)), false)
        or coalesce(regexp_full_match(name_plain(family), 'TEST|DUMMY|PATIENT')
                    and regexp_full_match(name_plain(given), '(TEST|DUMMY|PATIENT|[XYZ]+)( .*)?'), false)
end;
-- What many families' names begin with, and says nothing of which family it is; no more can two letters.
create or replace temp macro is_particle(part) as length(part) < 3 or part in
    ('VAN', 'VON', 'DER', 'DEN', 'DEL', 'DOS', 'DAS', 'BIN', 'IBN', 'ABU', 'MAC', 'SAN', 'THE', 'TEN', 'TER', 'BEN');
-- Parts of a double-barrelled or spaced family name that may stand for the whole of it, folded. Particles do not, and no
-- more than six: each is compared with each of the other name, and a field full of words would take a night.
create or replace temp macro name_halves(cleaned) as case
    when regexp_matches(cleaned, '[ -]') then list_filter(
        list_transform(regexp_split_to_array(cleaned, '[ -]+'), lambda part: letters_only(part)),
        lambda part: not is_particle(part)
    )[:6]
    else []::varchar[]
end;
-- American Soundex: letters of one code in a row count once, also across H and W, but not across a vowel.
create or replace temp macro soundex_runs_joined(digits) as
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        digits, '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g');
create or replace temp macro soundex_of_letters(letters) as
    if(letters = '', null, left(letters, 1) || left(replace(substring(soundex_runs_joined(translate(
        left(letters, 1) || regexp_replace(substring(letters, 2), '[HW]', '', 'g'),
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202')), 2), '0', '') || '000', 3));
-- Of a folded name. A name without a letter from A to Z is its own sound: it has no other.
create or replace temp macro soundex(folded) as
    coalesce(soundex_of_letters(regexp_replace(folded, '[^A-Z]', '', 'g')), folded);
