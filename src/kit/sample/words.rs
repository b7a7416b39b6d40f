//! Word lists of the statement sample: invented people, places and shops.
//!
//! Takes nothing, gives names with the letters that trip composition engines (accents, apostrophes, hyphens,
//! ampersands). Must never name a real customer or company. The order is part of the output: words are drawn by index.

/// First names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David", "Elizabeth", "William",
    "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Sarah", "Christopher", "Karen", "Charles",
    "Lisa", "Daniel", "Nancy", "Matthew", "Betty", "Anthony", "Sandra", "Mark", "Ashley", "Donald", "Emily",
    "Steven", "Kimberly", "Andrew", "Margaret", "Paul", "Donna", "Joshua", "Michelle", "Kenneth", "Carol", "Kevin",
    "Amanda", "Brian", "Melissa", "José", "María", "Sofía", "André", "Zoë", "Jürgen", "Björn", "Søren", "Łukasz",
    "Małgorzata", "Renée", "Chloé", "Iñaki", "Begoña", "Jörg", "Günther", "Agnès", "Øyvind", "Françoise", "Siân",
    "Ángel", "Ximena", "Wei", "Priya", "Aisha", "Omar", "Hiroshi", "Mei", "Olga", "Ivan",
];

/// Last names.
pub(super) const LAST_NAMES: &[&str] = &[
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez",
    "Hernandez", "Lopez", "Gonzalez", "Wilson", "Anderson", "Thomas", "Taylor", "Moore", "Jackson", "Martin", "Lee",
    "Perez", "Thompson", "White", "Harris", "Sanchez", "Clark", "Ramirez", "Lewis", "Robinson", "Walker", "Young",
    "Allen", "King", "Wright", "Scott", "Torres", "Nguyen", "Hill", "Flores", "Green", "Adams", "Nelson", "Baker",
    "Hall", "Rivera", "Campbell", "Mitchell", "Carter", "Roberts", "Muñoz", "Peña", "Ibáñez", "Núñez", "Müller",
    "Schäfer", "Groß", "Weiß", "Köhler", "Sørensen", "Østergård", "Lefèvre", "Bélanger", "Wałęsa", "Kowalski",
    "Łukasiewicz", "Çelik", "Strauß", "Åkesson", "Dvořák", "O'Connor", "McAllister", "Van-der-Berg", "Papadopoulos",
    "Okonkwo", "Fitzgerald",
];

/// Street names without their kind.
pub(super) const STREETS: &[&str] = &[
    "Oak", "Maple", "Cedar", "Pine", "Elm", "Washington", "Lake", "Hill", "Walnut", "Spring", "North", "Ridge",
    "Church", "Willow", "Park", "Sunset", "Mill", "River", "Jackson", "Highland", "Forest", "Franklin", "Meadow",
    "Chestnut", "Lincoln", "Madison", "Jefferson", "Prospect", "Grove", "Dogwood",
];

/// Kinds of street.
pub(super) const STREET_KINDS: &[&str] = &[
    "St", "Ave", "Rd", "Ln", "Dr", "Blvd", "Ct", "Way", "Pl", "Pkwy",
];

/// Kinds of unit in the second address line.
pub(super) const UNITS: &[&str] = &[
    "Apt", "Unit", "Suite", "Fl",
];

/// Cities with their state.
pub(super) const CITIES: &[(&str, &str)] = &[
    ("Springfield", "IL"),
    ("Portland", "OR"),
    ("Columbus", "OH"),
    ("Austin", "TX"),
    ("Denver", "CO"),
    ("Saint Paul", "MN"),
    ("Albuquerque", "NM"),
    ("Sacramento", "CA"),
    ("Richmond", "VA"),
    ("Des Moines", "IA"),
    ("Baton Rouge", "LA"),
    ("Tallahassee", "FL"),
    ("Cheyenne", "WY"),
    ("Boise", "ID"),
    ("Providence", "RI"),
    ("Colorado Springs", "CO"),
    ("Salt Lake City", "UT"),
    ("Oklahoma City", "OK"),
    ("Cañon City", "CO"),
    ("Little Rock", "AR"),
    ("Fort Worth", "TX"),
    ("New Orleans", "LA"),
    ("Winston-Salem", "NC"),
    ("Honolulu", "HI"),
];

/// Where the money goes.
pub(super) const MERCHANTS: &[&str] = &[
    "Harbor Light Grocers", "Blue Heron Coffee", "Sunrise Pharmacy", "Kestrel Fuel & Go", "Northgate Hardware",
    "Lakeside Diner", "City Water & Sewer", "Evergreen Electric Coop", "Metro Transit Authority", "Pinecrest Books",
    "Juniper Wellness Clinic", "Atlas Auto Insurance", "Brightside Internet", "Mountain Mobile Wireless",
    "Corner Bakery", "Riverbend Cinema", "Café Valdés", "Golden Wok Kitchen", "Piñata Taquería", "Smörgås Deli",
    "Quick Lube Express", "Greenleaf Garden Center", "Pet Haven Veterinary", "Summit Sports Outfitters",
    "Old Mill Furniture", "Stellar Air Lines", "Union Parking", "Crystal Cleaners", "Vista Eye Care",
    "Tide & Timber Hotel", "Sparrow Music Streaming", "Ledger Software Subscription", "Orchard Farmers Market",
    "Twelve Oaks Apartments", "Beacon Mutual Life", "County Tax Collector", "Fairview Child Care",
    "Copper Kettle Brewing", "Prairie Wind Energy", "Tailor & Sons",
];

/// How the money goes.
pub(super) const DEBIT_KINDS: &[&str] = &[
    "Card purchase", "Direct debit", "Online payment", "Recurring payment", "ATM withdrawal", "Check card",
    "Bill pay", "Point of sale", "Mobile payment",
];

/// How money comes in.
pub(super) const CREDIT_KINDS: &[&str] = &[
    "Direct deposit payroll", "Mobile check deposit", "Incoming wire transfer", "Merchant refund",
    "Interest credited", "Transfer from savings", "Tax refund ACH credit",
];

/// Customer segments.
pub(super) const SEGMENTS: &[&str] = &[
    "everyday", "premier", "student", "small business", "retirement", "private client",
];

/// Channels; three of five customers want paper only.
pub(super) const CHANNELS: &[&str] = &[
    "print", "print", "print", "email", "both",
];
