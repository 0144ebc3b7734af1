"""The iceberg page: `page` puts together what the other files draw."""
