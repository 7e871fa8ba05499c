package dev.previews.compose.files;

import dev.previews.machines.TestImages;

/** In a container that has {@code openssl}: what arrives is verified by SHA-256. */
class FileSyncOpensslIT extends FileSyncContainerIT {
  @Override
  String image() {
    return TestImages.dockerMachine();
  }
}
