# The letter
premium-for = Ihre Prämie für { $year }
salutation = Guten Tag
renewal =
    Ihre Hausratversicherung mit { $covers ->
        [one] einer Deckung
       *[other] { $covers } Deckungen
    } verlängert sich um ein Jahr. Die Versicherungssummen haben wir der Teuerung angepasst; Selbstbehalte und Allgemeine
    Versicherungsbedingungen bleiben unverändert. Unten finden Sie die Zusammensetzung Ihrer Prämie, die wir Sie bis zum
    { DATETIME($due, dateStyle: "long") } zu überweisen bitten.
regards = Freundliche Grüsse
insurer = Versicherungen

# Labels
policy = Police
date = Datum
cover = Deckung
    .sum = Versicherungssumme
    .premium = Prämie { $currency }
payable = Zahlbar bis { $due }

# What is insured, by the code of the data
kind = { $kind ->
    [fire] Feuer und Elementarereignisse
    [theft] Diebstahl
    [water] Wasser
    [glass] Glasbruch
   *[other] { $kind }
}
