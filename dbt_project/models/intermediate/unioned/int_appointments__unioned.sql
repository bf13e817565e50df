{{ unioned('appointments') }}
