/* Runs the veraPDF engine on files, because the engine comes to us as a library without a command line.
 *
 *     java -cp <engine and JAXB jars> VeraCheck.java ua1 document.pdf [more.pdf ...]
 *
 * A line per file, under it each broken rule (clause, how often, what it says, where first), and exit status 1 when
 * a file breaks any. Java 17 compiles the file while it starts it. */

import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class VeraCheck {
  public static void main(String[] arguments) throws Exception {
    LogManager.getLogManager().reset(); // the engine logs every font that it opens
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
    boolean allComply = true;
    for (int i = 1; i < arguments.length; i++) {
      ValidationResult result = validate(arguments[i], flavour);
      System.out.printf("%s: %s, %d checks%n", arguments[i], result.isCompliant() ? "complies" : "FAILS", result.getTotalAssertions());
      brokenRules(result).forEach((rule, description) -> System.out.println("  " + rule + description));
      allComply &= result.isCompliant();
    }
    System.exit(allComply ? 0 : 1);
  }

  private static ValidationResult validate(String path, PDFAFlavour flavour) throws Exception {
    try (InputStream file = new FileInputStream(path);
        PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour)) {
      return Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
    }
  }

  private static Map<String, String> brokenRules(ValidationResult result) {
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, String> first = new TreeMap<>();
    for (TestAssertion assertion : result.getTestAssertions()) {
      if (assertion.getStatus() == TestAssertion.Status.PASSED) {
        continue;
      }
      String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
      counts.merge(rule, 1, Integer::sum);
      first.putIfAbsent(rule, assertion.getMessage() + " @ " + assertion.getLocation().getContext());
    }
    first.replaceAll((rule, text) -> " x" + counts.get(rule) + " " + text);
    return first;
  }
}
