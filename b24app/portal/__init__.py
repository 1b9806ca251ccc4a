"""Translation both ways between the portal's words and ours."""
