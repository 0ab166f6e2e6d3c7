"""The words of reports in three languages: tables of them, and how a text is found in them."""
