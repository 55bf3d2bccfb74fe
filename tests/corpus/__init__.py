"""Small diagrams in the dialects of several modelers, each with what must happen when it runs."""
