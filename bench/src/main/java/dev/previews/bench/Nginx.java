package dev.previews.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Debian's nginx with a configuration of its own. */
final class Nginx {
  private Nginx() {}

  /**
   * Starts one.
   *
   * @param http what stands in its http block
   */
  static Process start(Path directory, String http) throws IOException {
    Files.createDirectories(directory);
    Path config =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            daemon off; worker_processes 2; pid nginx.pid; error_log error.log;
            events { worker_connections 8192; }
            http {
              access_log off; tcp_nodelay on; sendfile on; keepalive_timeout 300;
              client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u;
              scgi_temp_path s; default_type text/html;
            %s}
            """
                .formatted(http));
    return new ProcessBuilder(
            "/usr/sbin/nginx", "-p", directory.toString(), "-c", config.toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("nginx.log").toFile())
        .start();
  }
}
