# La lettera
premium-for = Il suo premio per il { $year }
salutation = Gentile cliente,
renewal =
    la sua assicurazione dell’economia domestica, con { $covers ->
        [one] una copertura
       *[other] { $covers } coperture
    }, si rinnova per un anno. Le somme assicurate sono state adeguate all’indice dei prezzi; le franchigie e le condizioni
    generali restano invariate. Qui di seguito trova il dettaglio del premio, che la preghiamo di versare entro il
    { DATETIME($due, dateStyle: "long") }.
regards = Cordiali saluti
insurer = Assicurazioni

# Etichette
policy = Polizza
date = Data
cover = Copertura
    .sum = Somma assicurata
    .premium = Premio { $currency }
payable = Da pagare entro il { $due }

# Che cosa è assicurato, secondo il codice dei dati
kind = { $kind ->
    [fire] Incendio ed eventi naturali
    [theft] Furto
    [water] Acqua
    [glass] Rottura vetri
   *[other] { $kind }
}
