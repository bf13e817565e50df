select * from {{ ref('stg_ledger__references') }}
