"""The procedure over HTTP and JSON: the same selectors, services and refusals as the pages."""
