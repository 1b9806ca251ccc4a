"""What every family of methods stands on: state, identity, registry, REST, events, queries."""
