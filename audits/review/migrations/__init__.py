"""The steps by which a store's schema came about, run by Alembic; see `audits.review.migrating`."""
