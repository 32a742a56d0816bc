"""Files that hold rows: CSV, XLSX and NDJSON, read and written row by row within hard limits. Knows no resource."""
