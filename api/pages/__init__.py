"""The web interface: pages for people, rendered here, usable without JavaScript.

`declaring`  how a page is declared: login, transaction, CSRF and language follow from it
`session`    the cookie of a login, and the tokens that forms carry
`language`   Indonesian first, English beside it
`rendering`  templates, assets, and how moments and durations are written
`problems`   errors as pages of the same house
`persons`    people by their names
`queries`    what addresses ask for, `times` and `fields` what forms send

Every other module is one noun of the interface. A page does what `/api/v1` does, by the same
use-case; nothing here decides who may do what.
"""
