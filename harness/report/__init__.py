"""The run folder's views: HTML, JUnit, Markdown, JSON."""
