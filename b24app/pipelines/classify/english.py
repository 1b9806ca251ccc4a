"""Words by which English is told from Russian in Latin letters."""

from typing import Final

_WORDS: Final = """
a about above access account add after again all already also always am an and another any anybody anyone anything are as ask at
back be because been before being best bill but by call calls can cannot cant card change charge check click client close company
contact could crm customer data date day days deal deals dear delete did do does doesn don done dont down each email emails enable
error even every everyone everything fail failed file files find first fix for form free from full get getting give go good great
had has have hello help her here hi him his hour hours how i if import in into invoice is isn issue it its just keep kind know
last lead leads left let like list load log login long look lost mail make manager many may me message messages missing month more
most much must my name need new next no nobody not nothing now number of off offer ok on once one only open or order other our
out over page pages password pay phone please portal possible price problem question quote really receive regards remove report
request reset right same save say send sent server set several she should show shows sign since site slow so some somebody
someone something soon sorry start still stop stopped such support sure system take task tasks team tell test than thank thanks that the their them
then there these they thing think this those time to today tomorrow too try two unable up update upgrade urgent us use used user
users using very via want was way we website week well went were what when where which who why will with won wont work working
works would wrong year yes yesterday yet you your
"""
COMMON: Final = frozenset(_WORDS.split())
