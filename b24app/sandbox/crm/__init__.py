"""CRM: described resources behind `crm.item.*` and the classic families."""
