"""HTTP to the server of a model: what `llms` needs of it, at a tenth of the cost of a client for all purposes."""
