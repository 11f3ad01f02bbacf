"""What was read of documents, stored: each result under the digest of its document and the version that made it."""
