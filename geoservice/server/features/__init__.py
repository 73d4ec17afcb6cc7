"""OGC API Features: collections, items and files of them. A request becomes a query, the query rows, the rows an answer."""
