"""International post by the UPU's S10 standard: how its numbers look, and which post sent an item."""

import re

from tracking.carriers.checks import s10
from tracking.carriers.couriers._posts import POSTS
from tracking.carriers.formats import Courier, Format

_PAGES = {
    "AU": "https://auspost.com.au/mypost/track/details/{number}",
    "BE": "https://track.bpost.cloud/btr/web/#/search?itemCode={number}",
    "CA": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
    "CH": "https://service.post.ch/ekp-web/ui/entry/search/{number}",
    "DE": "https://www.dhl.com/de-en/home/tracking.html?tracking-id={number}",
    "FR": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "GB": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
    "IE": "https://www.anpost.com/Post-Parcels/Track/History?item={number}",
    "NL": "https://postnl.post/details/?barcode={number}",
    "NZ": "https://www.nzpost.co.nz/tools/tracking/item/{number}",
    "SG": "https://www.singpost.com/track-items?tracking_number={number}",
    "US": "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
}


def _check(match: re.Match[str]) -> bool:
    return match[3] in POSTS and s10(match[1], match[2])


def _post(number: str) -> str:
    return POSTS.get(number[-2:], "")


def _page(number: str) -> str:
    return _PAGES.get(number[-2:], "")


COURIER = Courier(
    code="s10",
    name="International post",
    aliases=("UPU", "EMS", "International Mail", "Postal Service"),
    partner=_post,
    partner_url=_page,
    formats=(
        Format(
            name="S10 (13)",
            pattern=r"[A-Z]{2}([0-9]{8})([0-9])([A-Z]{2})",
            check=_check,
            rule="mod 11, weights 8 6 4 2 3 5 9 7; the country must have a post",
            weight=2,
            valid=("RB123456785GB", "RB123456785US", "RB123456785CV", "RB123456785CF"),
            invalid=("RB123456786US", "RB123456785XX"),
        ),
    ),
)
