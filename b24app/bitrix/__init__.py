"""The REST client of Bitrix24."""
