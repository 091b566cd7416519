"""The batch interface of OpenAI and of servers like it: requests that are answered later, at a lower price."""
