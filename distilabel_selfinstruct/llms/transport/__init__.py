"""HTTP to the server of a model, by aiohttp: what `llms` needs of it, with errors under the names that users know."""
