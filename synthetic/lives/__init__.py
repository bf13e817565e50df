"""What happens to people: events that hang together, before any sender writes them down."""
