"""What the service manager is given: definition (what to start), plist, unit, installed."""
