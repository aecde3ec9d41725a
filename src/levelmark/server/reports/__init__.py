"""Reports: rule results, rollups and trends as tables that stream, for spreadsheets and programs."""

from levelmark.server.reports.routes import report_routes

__all__ = ["report_routes"]
