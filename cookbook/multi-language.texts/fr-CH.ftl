# La lettre
premium-for = Votre prime pour { $year }
salutation = Madame, Monsieur,
renewal =
    Votre assurance ménage, qui comprend { $covers ->
        [one] une couverture
       *[other] { $covers } couvertures
    }, est reconduite pour une année. Les sommes assurées ont été adaptées à l’indice des prix; les franchises et les
    conditions générales restent inchangées. Vous trouverez ci-dessous le détail de votre prime, que nous vous prions de
    régler d’ici au { DATETIME($due, dateStyle: "long") }.
regards = Avec nos meilleures salutations
insurer = Assurances

# Libellés
policy = Police
date = Date
cover = Couverture
    .sum = Somme assurée
    .premium = Prime { $currency }
payable = À payer jusqu’au { $due }

# Ce qui est assuré, d’après le code des données
kind = { $kind ->
    [fire] Incendie et événements naturels
    [theft] Vol
    [water] Eau
    [glass] Bris de glaces
   *[other] { $kind }
}
