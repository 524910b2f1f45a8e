"""Evidence: what was run of a card, with what, and whether that still holds for the present bytes.

In: digests of files, records as JSON bytes, what the site asks for. Out: `Record`, digests,
`Evidence`. Nothing here touches the disk or runs anything.
"""
