"""What a reader of the API sees: the OpenAPI document, its pages, and a page for every problem."""
