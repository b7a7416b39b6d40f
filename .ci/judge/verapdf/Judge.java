// Asks veraPDF about many files in one JVM.  Run from source: java -cp 'lib/*' Judge.java THREADS FLAVOUR[,FLAVOUR]|auto FILE...
//
// One line a file and flavour, fields parted by tabs:
//   PASS     flavour  file
//   FAIL     flavour  file  clause clause ...     then up to ten lines "  clause  ×count  message  at place"
//   NOCLAIM  -        file                        (auto only: the file claims neither PDF/A nor PDF/UA)
//   ERROR    flavour  file  what                  (cannot be read at all)
// Exit 0: every verdict is PASS; 1: any other verdict; 2: called wrongly.
import java.io.File;
import java.util.*;
import java.util.concurrent.*;
import java.util.logging.*;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.*;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.*;
import org.verapdf.pdfa.validation.profiles.RuleId;

public class Judge {
    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("usage: Judge THREADS FLAVOUR[,FLAVOUR]|auto FILE...");
            System.exit(2);
        }
        LogManager.getLogManager().reset(); // Its warnings repeat what the verdict says.
        VeraGreenfieldFoundryProvider.initialise();
        List<PDFAFlavour> asked = new ArrayList<>();
        if (!args[1].equals("auto"))
            for (String name : args[1].split(",")) {
                PDFAFlavour flavour = PDFAFlavour.fromString(name.toLowerCase(Locale.ROOT));
                if (flavour == PDFAFlavour.NO_FLAVOUR) { // It would check nothing and say yes.
                    System.err.println("no such flavour: " + name);
                    System.exit(2);
                }
                asked.add(flavour);
            }
        ExecutorService pool = Executors.newFixedThreadPool(Integer.parseInt(args[0]));
        List<Future<String>> verdicts = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            String file = args[i];
            // veraPDF keeps the open document in thread locals, so a file stays on one thread.
            verdicts.add(pool.submit(() -> judge(asked, file)));
        }
        boolean clean = true;
        for (Future<String> verdict : verdicts) { // In the order of the arguments, whoever finishes first.
            String text = verdict.get();
            System.out.print(text);
            System.out.flush();
            for (String line : text.split("\n"))
                clean &= line.startsWith("PASS\t") || line.startsWith("  ");
        }
        pool.shutdown();
        System.exit(clean ? 0 : 1);
    }

    static String judge(List<PDFAFlavour> asked, String file) {
        try {
            List<PDFAFlavour> flavours = asked.isEmpty() ? claims(file) : asked;
            return flavours.isEmpty() ? "NOCLAIM\t-\t" + file + "\n" : verdicts(flavours, file);
        } catch (Throwable fault) {
            return "ERROR\t-\t" + file + "\t" + one(String.valueOf(fault)) + "\n";
        }
    }

    static List<PDFAFlavour> claims(String file) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file))) {
            List<PDFAFlavour> claims = new ArrayList<>(parser.getFlavours());
            claims.removeIf(flavour -> flavour == null || flavour == PDFAFlavour.NO_FLAVOUR);
            return claims;
        }
    }

    /** All flavours in one pass: to walk the document takes longer than to apply the rules. */
    static String verdicts(List<PDFAFlavour> flavours, String file) throws Exception {
        StringBuilder out = new StringBuilder();
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), flavours.get(0));
             // At most ten places of one rule are kept; the counts are of all.
             PDFAValidator validator = Foundries.defaultInstance().createValidator(flavours, 10, false, true, false)) {
            List<ValidationResult> results = validator.validateAll(parser);
            for (PDFAFlavour flavour : flavours)
                out.append(verdict(flavour, file, results));
        }
        return out.toString();
    }

    static String verdict(PDFAFlavour flavour, String file, List<ValidationResult> results) {
        String head = "\t" + flavour.getId() + "\t" + file;
        for (ValidationResult result : results) {
            if (result.getPDFAFlavour() != flavour)
                continue;
            // A run that was cut short, or that met nothing to check, is no verdict.
            if (result.getTotalAssertions() == 0)
                return "ERROR" + head + "\tno rule was applied\n";
            if (result.isCompliant() && result.getFailedChecks().isEmpty())
                return "PASS" + head + "\n";
            return "FAIL" + head + "\t" + faults(result);
        }
        return "ERROR" + head + "\tno verdict\n";
    }

    static String faults(ValidationResult result) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Map.Entry<RuleId, Integer> entry : result.getFailedChecks().entrySet())
            counts.merge(name(entry.getKey()), entry.getValue(), Integer::sum);
        StringBuilder out = new StringBuilder(String.join(" ", counts.keySet())).append("\n");
        Set<String> said = new HashSet<>();
        for (TestAssertion fault : result.getTestAssertions()) {
            String rule = name(fault.getRuleId());
            if (fault.getStatus() != TestAssertion.Status.FAILED || !said.add(rule) || said.size() > 10)
                continue;
            String message = fault.getErrorMessage() != null ? fault.getErrorMessage() : fault.getMessage();
            String place = fault.getLocation() == null ? "" : fault.getLocation().getContext();
            out.append("  " + rule + "  ×" + counts.get(rule) + "  " + one(message) + "  at " + one(place) + "\n");
        }
        return out.toString();
    }

    /** Clause and test number, as veraPDF's rule pages name them: 6.2.11.5-1. */
    static String name(RuleId rule) {
        return rule.getClause() + "-" + rule.getTestNumber();
    }

    static String one(String text) {
        String line = text == null ? "" : text.replaceAll("\\s+", " ").trim();
        return line.length() > 240 ? line.substring(0, 240) + "…" : line;
    }
}
