{{ staged('history', 'population_segment_history') }}
