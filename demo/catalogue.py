"""What the fictional shop sells and to whom; names and addresses are made up, phones reserved."""

from dataclasses import dataclass

from tracking.model import Address, Contact, Item

SHOP = "Lantern & Loom"


@dataclass(frozen=True, slots=True)
class Product:
    """Something the shop sells; `price` in whole dollars, `art` names its drawing on the shop page."""

    sku: str
    title: str
    price: int
    art: str = ""
    blurb: str = ""


PRODUCTS = (
    Product("KETTLE", "Copper Kettle", 68, "kettle", "Sings when it is ready, and not before."),
    Product("SHOES-BL", "Blue Canvas Shoes", 74, "shoes", "For walking home the long way."),
    Product("LAMP", "Brass Reading Lamp", 112, "lamp", "One more chapter, gently lit."),
    Product("BLANKET", "Green Wool Blanket", 129, "blanket", "Woven slowly. Naps quickly."),
    Product("MUGS", "Four Stoneware Mugs", 46, "mug", "No two quite alike."),
    Product("NOTEBOOK", "Linen Notebook", 18, "notebook", "Lies flat, keeps secrets."),
    Product("CANDLES", "Six Beeswax Candles", 32, "candle", "Forty quiet hours each."),
    Product("BASKET", "Willow Basket", 54, "basket", "Holds apples, yarn, one small cat."),
    Product("SHOES-RD", "Red Rain Boots", 59),
    Product("CURTAIN", "Linen Curtains", 96),
    Product("TEAPOT", "Glass Teapot", 39),
    Product("CUSHION", "Striped Cushion", 35),
    Product("RUG", "Hand-woven Rug", 210),
    Product("SCARF", "Grey Lambswool Scarf", 44),
    Product("CLOCK", "Oak Wall Clock", 88),
    Product("LANTERN", "Storm Lantern", 49),
)

ITEMS = {product.sku: Item(product.sku, product.title) for product in PRODUCTS}


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up customer with where they live."""

    contact: Contact
    address: Address

    @property
    def last_four(self) -> str:
        """The last four digits of the phone."""
        return self.contact.phone[-4:]


_US = (
    ("Ada Wickett", "202", "Candleford", "ME", "04998"),
    ("Bruno Threadgold", "303", "Loomis Hollow", "CO", "80997"),
    ("Cleo Marrow", "312", "Lanternville", "IL", "60997"),
    ("Dario Pennywhistle", "415", "Foghorn Bay", "CA", "94997"),
    ("Elsie Quillfeather", "206", "Inkwell", "WA", "98997"),
    ("Femi Oakapple", "404", "Peachstone", "GA", "30997"),
    ("Greta Hearthstone", "612", "Embers Lake", "MN", "55997"),
    ("Hugo Tallowmere", "617", "Wickham Cross", "MA", "02997"),
    ("Ines Bramblewood", "505", "Adobe Springs", "NM", "87997"),
    ("Jonas Weatherby", "414", "Kettle Falls", "WI", "53997"),
    ("Kiri Featherstone", "808", "Shuttle Cove", "HI", "96997"),
    ("Leo Buttonwood", "215", "Spindle Hill", "PA", "19997"),
    ("Mina Sparrowhawk", "602", "Dry Lantern", "AZ", "85997"),
    ("Nils Copperpot", "504", "Bayou Loom", "LA", "70997"),
    ("Olive Mossgrove", "802", "Mossgrove", "VT", "05997"),
    ("Pavel Inkling", "314", "Old Bobbin", "MO", "63997"),
    ("Quinn Silverlace", "919", "Flaxton", "NC", "27997"),
    ("Rosa Thimbleby", "702", "Thimble Wells", "NV", "89997"),
    ("Sami Larkspur", "801", "Larkspur Flats", "UT", "84997"),
    ("Tilda Windle", "401", "Windle Harbor", "RI", "02996"),
    ("Umar Fennimore", "405", "Red Skein", "OK", "73997"),
    ("Vera Nightingale", "614", "Nightingale Mills", "OH", "43997"),
    ("June Candlewick", "503", "Wicklow Junction", "WA", "98996"),
    ("Wren Lamplight", "509", "Skein Harbor", "WA", "98995"),
)
_ELSEWHERE = (
    ("Wilf Teasdale", "+442079460124", "Little Wickford", "", "ZZ99 3WZ", "GB"),
    ("Xavier Laframboise", "+16135550125", "Lac-aux-Lanternes", "ON", "K0Z 9Z9", "CA"),
)


def _person(name: str, phone: str, city: str, region: str, postcode: str, country: str) -> Person:
    email = f"{name.split()[0].lower()}@example.com"
    return Person(Contact(name, email, phone), Address(postcode, city, region, country))


PEOPLE = {
    person.contact.name.split()[0].lower(): person
    for person in (
        # 555-0100 to 555-0199 are kept free for fiction in every North American area code; so is 020 7946 0xxx.
        *(_person(row[0], f"+1{row[1]}555{101 + place:04d}", *row[2:], "US") for place, row in enumerate(_US)),
        *(_person(*row) for row in _ELSEWHERE),
    )
}
"""The customers by first name, in lower case."""
