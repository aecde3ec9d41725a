"""The API as its users meet it, over a real server."""
