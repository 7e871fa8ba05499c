package dev.previews.buildrules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The rules of architecture for one module: {@code class ArchitectureTest extends
 * ArchitectureRules} with a constructor that calls {@code super(module("dev.previews.docker"))}.
 *
 * <p>What is looked at is the module's own {@code target/classes}, next to the test's.
 */
public abstract class ArchitectureRules {

  private static final String ENGINE = "dev.previews.engine";

  private final Module module;
  private final JavaClasses classes;

  /** Takes the module's description, as {@link #module} makes it. */
  protected ArchitectureRules(Module module) {
    this.module = module;
    this.classes = new ClassFileImporter().importPath(mainClasses());
  }

  /**
   * Describes a published module by its packages; one that ends with {@code ..} stands for all
   * below it, too.
   */
  protected static Module module(String... packages) {
    return new Module(List.of(packages), List.of("java"), false);
  }

  /** Which packages a module holds and what their signatures may mention. */
  public record Module(List<String> packages, List<String> mentionable, boolean internal) {

    /** Allows the module's signatures to mention the types of a package and of those below it. */
    public Module mayMention(String root) {
      return new Module(
          packages, Stream.concat(mentionable.stream(), Stream.of(root)).toList(), internal);
    }

    /** Frees the module's signatures: none of its users is one of ours. */
    public Module asInternal() {
      return new Module(packages, mentionable, true);
    }

    private boolean holds(String name) {
      return packages.stream()
          .anyMatch(
              p ->
                  p.endsWith("..")
                      ? isAtOrBelow(name, p.substring(0, p.length() - 2))
                      : name.equals(p));
    }

    private boolean maySee(String name) {
      if (mentionable.stream().anyMatch(root -> isAtOrBelow(name, root)) || holds(name)) {
        return true;
      }
      return isAtOrBelow(name, "dev.previews") && !isAtOrBelow(name, ENGINE);
    }
  }

  /** The module has classes at all, all of them in the packages that it said. */
  @Test
  public void holdsOnlyItsOwnPackages() {
    assertFalse(classes.isEmpty(), () -> "no class in " + mainClasses());
    Set<String> strangers =
        packageNames().filter(p -> !module.holds(p)).collect(Collectors.toCollection(TreeSet::new));
    assertTrue(
        strangers.isEmpty(),
        () -> "packages " + strangers + " are not among those of the test, " + module.packages());
  }

  /** Every package says that a type is not null unless it is marked as nullable. */
  @Test
  public void everyPackageIsNullMarked() {
    Set<String> unmarked =
        packageNames()
            .filter(p -> !isNullMarked(classes.getPackage(p)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(
        unmarked.isEmpty(), () -> "packages without @NullMarked in package-info.java: " + unmarked);
  }

  /** No two packages need each other, directly or by a detour. */
  @Test
  public void packagesAreFreeOfCycles() {
    slices()
        .assignedFrom(new ByPackage())
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(classes);
  }

  /** What a user can see mentions the JDK and us, and no library that we chose. */
  @Test
  public void signaturesMentionNoLibrary() {
    assumeTrue(!module.internal(), "an internal module");
    classes()
        .that(describe("can be seen from outside", ArchitectureRules::isVisible))
        .should(new MentionOnlyWhatIsAllowed(module))
        .allowEmptyShould(true)
        .check(classes);
  }

  private Stream<String> packageNames() {
    return classes.stream().map(JavaClass::getPackageName).distinct();
  }

  private Path mainClasses() {
    try {
      Path testClasses =
          Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
      return testClasses.resolveSibling("classes");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isNullMarked(JavaPackage javaPackage) {
    return javaPackage.tryGetAnnotationOfType(NullMarked.class).isPresent();
  }

  private static boolean isAtOrBelow(String packageName, String root) {
    return packageName.equals(root) || packageName.startsWith(root + ".");
  }

  /** Public or protected, and so is everything around it. */
  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureRules::isVisible).orElse(true);
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static final class ByPackage implements SliceAssignment {

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName());
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }

  private static final class MentionOnlyWhatIsAllowed extends ArchCondition<JavaClass> {

    private final Module module;

    MentionOnlyWhatIsAllowed(Module module) {
      super("mention only %s and dev.previews", String.join(", ", module.mentionable()));
      this.module = module;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      report(type, type.getFullName(), supertypes(type), events);
      // Also what a public class inherits from one of ours that is not public.
      type.getAllMembers().stream()
          .filter(member -> isVisible(member.getModifiers()))
          .filter(member -> !isSynthetic(member))
          .filter(member -> module.holds(member.getOwner().getPackageName()))
          .forEach(member -> report(type, member.getFullName(), mentioned(member), events));
    }

    private void report(
        JavaClass type, String where, Stream<JavaType> mentioned, ConditionEvents events) {
      mentioned
          .flatMap(each -> each.getAllInvolvedRawTypes().stream())
          .map(JavaClass::getBaseComponentType)
          .filter(each -> !each.isPrimitive())
          .filter(each -> !module.maySee(each.getPackageName()))
          .map(JavaClass::getName)
          .distinct()
          .forEach(
              each -> events.add(SimpleConditionEvent.violated(type, where + " mentions " + each)));
    }

    private static Stream<JavaType> supertypes(JavaClass type) {
      return Stream.of(
              type.getSuperclass().stream(),
              type.getInterfaces().stream(),
              type.getTypeParameters().stream())
          .flatMap(each -> each);
    }

    private static Stream<JavaType> mentioned(JavaMember member) {
      if (member instanceof JavaField field) {
        return Stream.of(field.getType());
      }
      JavaCodeUnit code = (JavaCodeUnit) member;
      return Stream.of(
              Stream.of(code.getReturnType()),
              code.getParameterTypes().stream(),
              code.getTypeParameters().stream(),
              code.getThrowsClause().getTypes().stream())
          .flatMap(each -> each);
    }

    private static boolean isSynthetic(JavaMember member) {
      return member.getModifiers().contains(JavaModifier.SYNTHETIC);
    }
  }
}
