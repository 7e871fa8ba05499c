package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of it in one jar, with the files that name the providers merged. */
class SingleJarIT {
  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>com.example</groupId>
        <artifactId>single</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencies>
          <dependency><groupId>dev.previews</groupId><artifactId>preview-docker</artifactId><version>%1$s</version></dependency>
          <dependency><groupId>dev.previews</groupId><artifactId>preview-kube</artifactId><version>%1$s</version></dependency>
          <dependency><groupId>dev.previews</groupId><artifactId>preview-ssh</artifactId><version>%1$s</version></dependency>
        </dependencies>
        <build><plugins>
          <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
          <plugin><artifactId>maven-jar-plugin</artifactId><version>3.5.1</version></plugin>
          <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
          <plugin>
            <artifactId>maven-shade-plugin</artifactId><version>3.6.2</version>
            <executions><execution>
              <phase>package</phase><goals><goal>shade</goal></goals>
              <configuration>
                <createDependencyReducedPom>false</createDependencyReducedPom>
                <transformers><transformer implementation="org.apache.maven.plugins.shade.resource.ServicesResourceTransformer"/></transformers>
                <filters><filter><artifact>*:*</artifact><excludes><exclude>META-INF/*.SF</exclude><exclude>META-INF/*.RSA</exclude></excludes></filter></filters>
              </configuration>
            </execution></executions>
          </plugin>
        </plugins></build>
      </project>
      """;

  @TempDir Path directory;

  @Test
  void itFindsTheDriversByTheirNamesAndBringsAProjectUp() throws Exception {
    Files.writeString(directory.resolve("pom.xml"), POM.formatted(Published.version()));
    Embedder.write(directory.resolve("src/main/java"));
    Command.maven(directory, "-Dmaven.test.skip", "package").output();

    assertThat(Embedder.run(directory, "-cp", "target/single-1.jar", Embedder.MAIN))
        .contains(Embedder.FOUND, Embedder.ANSWERED);
  }
}
