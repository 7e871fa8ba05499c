package dev.previews.ssh.link;

import com.hierynomus.sshj.key.KeyAlgorithm;
import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.transport.cipher.BlockCiphers;
import com.hierynomus.sshj.transport.cipher.GcmCiphers;
import com.hierynomus.sshj.transport.kex.DHGroups;
import com.hierynomus.sshj.transport.kex.ExtInfoClientFactory;
import com.hierynomus.sshj.transport.mac.Macs;
import java.util.List;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.ConfigImpl;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.LoggerFactory;
import net.schmizz.sshj.common.SecurityUtils;
import net.schmizz.sshj.transport.cipher.Cipher;
import net.schmizz.sshj.transport.compression.NoneCompression;
import net.schmizz.sshj.transport.kex.KeyExchange;
import net.schmizz.sshj.transport.mac.MAC;
import net.schmizz.sshj.transport.random.JCERandom;
import net.schmizz.sshj.transport.random.SingletonRandomFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * What is offered to servers: what the JDK itself has, none of it broken, the fastest first. sshj's
 * own list begins with CBC and DSA.
 */
final class Algorithms {
  static {
    // Else sshj adds BouncyCastle to the JVM's providers where it is on the class path, and takes
    // its slow AES.
    SecurityUtils.setRegisterBouncyCastle(false);
  }

  private Algorithms() {}

  static Config config() {
    ConfigImpl config = new ConfigImpl();
    config.setLoggerFactory(new Silent());
    config.setVersion("Previews");
    config.setKeyExchangeFactories(keyExchanges());
    config.setKeyAlgorithms(keyAlgorithms());
    config.setRandomFactory(new SingletonRandomFactory(new JCERandom.Factory()));
    config.setCipherFactories(ciphers());
    config.setMACFactories(macs());
    config.setCompressionFactories(List.of(new NoneCompression.Factory()));
    config.setKeepAliveProvider(KeepAliveProvider.HEARTBEAT); // without an interval it is off
    return config;
  }

  private static List<Factory.Named<KeyExchange>> keyExchanges() {
    return List.of(
        CurveExchange.x25519("curve25519-sha256"),
        CurveExchange.x25519("curve25519-sha256@libssh.org"),
        CurveExchange.nistp(256),
        CurveExchange.nistp(384),
        CurveExchange.nistp(521),
        DHGroups.Group16SHA512(),
        DHGroups.Group18SHA512(),
        DHGroups.Group14SHA256(),
        new ExtInfoClientFactory());
  }

  private static List<Factory.Named<KeyAlgorithm>> keyAlgorithms() {
    return List.of(
        KeyAlgorithms.EdDSA25519(),
        KeyAlgorithms.ECDSASHANistp256(),
        KeyAlgorithms.ECDSASHANistp384(),
        KeyAlgorithms.ECDSASHANistp521(),
        KeyAlgorithms.RSASHA512(),
        KeyAlgorithms.RSASHA256());
  }

  private static List<Factory.Named<Cipher>> ciphers() {
    return List.of(
        GcmCiphers.AES128GCM(),
        GcmCiphers.AES256GCM(),
        BlockCiphers.AES128CTR(),
        BlockCiphers.AES256CTR(),
        BlockCiphers.AES192CTR());
  }

  private static List<Factory.Named<MAC>> macs() {
    return List.of(
        Macs.HMACSHA2256Etm(), Macs.HMACSHA2512Etm(), Macs.HMACSHA2256(), Macs.HMACSHA2512());
  }

  /**
   * sshj logs every lost connection as an error with its trace; the reason is in our exceptions.
   */
  private static final class Silent implements LoggerFactory {
    @Override
    public Logger getLogger(String name) {
      return NOPLogger.NOP_LOGGER;
    }

    @Override
    public Logger getLogger(Class<?> type) {
      return NOPLogger.NOP_LOGGER;
    }
  }
}
