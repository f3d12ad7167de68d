"""Spreadsheets as LibreOffice writes them; `write` made them, with LibreOffice 7.4."""
