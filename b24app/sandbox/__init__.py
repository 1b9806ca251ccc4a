"""A Bitrix24 portal in a box: speaks HTTP only and shares no code with the product."""
