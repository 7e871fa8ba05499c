package dev.previews.tunnel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWK;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
  @TempDir Path folder;

  @Test
  void aKeySurvivesItsFile() {
    TunnelKey key = TunnelKey.generate();
    TunnelKey read = TunnelKey.parse(key.text());
    assertThat(read.text()).isEqualTo(key.text());
    assertThat(read.publicKey()).isEqualTo(key.publicKey());
    byte[] data = {1, 2, 3};
    assertThat(key.publicKey().verifyToken("EdDSA", data, read.sign(data))).isTrue();
    assertThat(key.publicKey().verifyToken("EdDSA", new byte[] {1, 2}, read.sign(data))).isFalse();
    assertThat(key.publicKey().verifyToken("HS256", data, read.sign(data))).isFalse();
    assertThat(key.toString()).doesNotContain(key.text().substring(60, 100)).startsWith("SHA256:");
  }

  /** {@code ssh-keygen} reads the file and finds the same public key. */
  @Test
  void openSshReadsTheFile() throws Exception {
    for (int i = 0; i < 3; i++) {
      TunnelKey key = TunnelKey.generate();
      Path file = folder.resolve("key" + i);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, key.text());
      String printed = run("ssh-keygen", "-y", "-f", file.toString());
      assertThat(Base64.getDecoder().decode(printed.split(" ")[1]))
          .isEqualTo(key.publicKey().blob());
      assertThat(run("ssh-keygen", "-l", "-f", file.toString()))
          .contains(key.publicKey().fingerprint());
    }
  }

  @ParameterizedTest
  @CsvSource({"ed25519,256", "rsa,2048", "ecdsa,256", "ecdsa,384", "ecdsa,521"})
  void openSshSignaturesAreVerified(String type, int bits) throws Exception {
    Path file = folder.resolve(type + bits);
    run(
        "ssh-keygen",
        "-q",
        "-t",
        type,
        "-b",
        String.valueOf(bits),
        "-N",
        "",
        "-f",
        file.toString());
    String[] line = Files.readString(Path.of(file + ".pub")).split(" ");
    SshPublicKey key = SshPublicKey.parse(Base64.getDecoder().decode(line[1]));
    Path data = Files.writeString(folder.resolve("data"), "what is signed");
    run("ssh-keygen", "-Y", "sign", "-f", file.toString(), "-n", "test", data.toString());
    String armoured = Files.readString(Path.of(data + ".sig"));
    byte[] all = Base64.getMimeDecoder().decode(armoured.replaceAll("-----.*-----", ""));
    ByteBuffer in = ByteBuffer.wrap(all, 10, all.length - 10);
    SshWire.readBytes(in);
    byte[] namespace = SshWire.readBytes(in);
    byte[] reserved = SshWire.readBytes(in);
    byte[] hash = SshWire.readBytes(in);
    byte[] signature = SshWire.readBytes(in);
    byte[] digest =
        java.security.MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(data));
    byte[] signed =
        new SshWire()
            .raw("SSHSIG".getBytes(StandardCharsets.US_ASCII))
            .bytes(namespace)
            .bytes(reserved)
            .bytes(hash)
            .bytes(digest)
            .toBytes();
    String algorithm = SshWire.readText(ByteBuffer.wrap(signature));
    assertThat(key.signatureAlgorithms()).contains(algorithm);
    assertThat(key.verify(algorithm, signed, signature)).isTrue();
    signed[signed.length - 1] ^= 1;
    assertThat(key.verify(algorithm, signed, signature)).isFalse();
    assertThat(key.verify("ssh-rsa", signed, signature)).isFalse();
    assertThat(key.verify(algorithm, signed, new byte[7])).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"rsa,2048", "ecdsa,256", "ecdsa,521"})
  void thumbprintsAreThoseOfTheStandardLibrary(String type, int bits) throws Exception {
    Path file = folder.resolve("t" + type + bits);
    run(
        "ssh-keygen",
        "-q",
        "-t",
        type,
        "-b",
        String.valueOf(bits),
        "-N",
        "",
        "-f",
        file.toString());
    String[] line = Files.readString(Path.of(file + ".pub")).split(" ");
    SshPublicKey key = SshPublicKey.parse(Base64.getDecoder().decode(line[1]));
    String pem = run("ssh-keygen", "-e", "-m", "PKCS8", "-f", file + ".pub");
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----.*-----", ""));
    java.security.PublicKey jdk =
        java.security.KeyFactory.getInstance(type.equals("rsa") ? "RSA" : "EC")
            .generatePublic(new java.security.spec.X509EncodedKeySpec(der));
    JWK jwk =
        jdk instanceof java.security.interfaces.RSAPublicKey rsa
            ? new com.nimbusds.jose.jwk.RSAKey.Builder(rsa).build()
            : new com.nimbusds.jose.jwk.ECKey.Builder(
                    com.nimbusds.jose.jwk.Curve.forECParameterSpec(
                        ((java.security.interfaces.ECPublicKey) jdk).getParams()),
                    (java.security.interfaces.ECPublicKey) jdk)
                .build();
    assertThat(key.thumbprint()).isEqualTo(jwk.computeThumbprintURI().toString());
  }

  /** The example of RFC 8037, appendix A.3. */
  @Test
  void theThumbprintOfAnEd25519Key() {
    byte[] point = Base64.getUrlDecoder().decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    byte[] blob = new SshWire().text("ssh-ed25519").bytes(point).toBytes();
    assertThat(SshPublicKey.parse(blob).thumbprint())
        .endsWith(":kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }

  @Test
  void whatIsNoKeyIsRefused() {
    byte[] blob = TunnelKey.generate().publicKey().blob();
    assertThatThrownBy(() -> SshPublicKey.parse(Arrays.copyOf(blob, blob.length - 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SshPublicKey.parse(Arrays.copyOf(blob, blob.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SshPublicKey.parse(new SshWire().text("ssh-dss").toBytes()))
        .hasMessageContaining("ssh-dss");
    assertThatThrownBy(() -> TunnelKey.parse("no key"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String run(String... argv) throws Exception {
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
