"""The rules of one portal as typed values, and their check. Pure."""
