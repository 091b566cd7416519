"""The way to the Hub: one commit or none, and what the Hub or its content refuses."""
