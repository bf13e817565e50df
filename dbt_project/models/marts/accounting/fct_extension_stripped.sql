select * from {{ ref('stg_ledger__extensions') }}
