"""A real mongod of the server's own, for where LEVELMARK_MONGODB_URL is not set.

- One process holds a data folder; its mongod is a replica set of one, on 127.0.0.1 alone.
- It ends with the server: at a clean stop, at a cancellation, on Linux at `kill -9` too. Elsewhere the next
  start ends what `kill -9` left.
- The data outlives each of these.
"""

from levelmark.server.embedded.errors import EmbeddedMongoError
from levelmark.server.embedded.mongo import EmbeddedMongo
from levelmark.server.embedded.process import Mongod

__all__ = ["EmbeddedMongo", "EmbeddedMongoError", "Mongod"]
