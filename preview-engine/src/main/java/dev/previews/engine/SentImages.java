package dev.previews.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Images that were sent to an engine which environments share. They cannot be labelled; so each
 * environment that uses one claims it with a tag of its own, and the last one to go takes the image
 * with it. What nobody claims was not sent, and is nobody's to remove.
 */
public final class SentImages {
  private static final int DIGITS = 12;

  /** The name that was sent, as a digest, and the image that had it. */
  private static final Pattern CLAIM =
      Pattern.compile("preview-[a-z0-9-]+\\.sent:([0-9a-f]{12})-[0-9a-f]{12}");

  private final DockerClient client;
  private final String repository;

  /** The claims of an environment. */
  public SentImages(Engine engine, EnvironmentId id, Deadline deadline) {
    this.client = engine.client(deadline);
    this.repository = "preview-" + id + ".sent";
  }

  /**
   * Whether an environment, this or another, has claimed what has this name.
   *
   * @param tags all names of the image
   */
  public static boolean isClaimed(String name, Collection<String> tags) {
    return claimed(tags).contains(digest(name));
  }

  /**
   * Claims an image; twice is harmless.
   *
   * @param name the name that it was sent under
   * @param tags all names that it has
   */
  public void claim(String name, String imageId, Collection<String> tags) {
    String digits = imageId.substring(imageId.indexOf(':') + 1);
    String ofThisName = repository + ":" + digest(name) + "-";
    String claim = ofThisName + digits.substring(0, Math.min(DIGITS, digits.length()));
    if (!tags.contains(claim)) {
      client.tagImageCmd(imageId, repository, claim.substring(claim.indexOf(':') + 1)).exec();
      // Of what had the name before; while a container runs it, it stays.
      client.listImagesCmd().exec().stream()
          .flatMap(image -> tags(image).stream())
          .filter(tag -> tag.startsWith(ofThisName) && !tag.equals(claim))
          .forEach(tag -> remove(tag, false));
    }
  }

  /**
   * Gives up all claims, and removes the images that no other environment claims and no container
   * uses.
   */
  public void release() {
    for (Image image : client.listImagesCmd().exec()) {
      List<String> tags = tags(image);
      List<String> own = tags.stream().filter(tag -> tag.startsWith(repository + ":")).toList();
      if (!own.isEmpty()) {
        removeNames(image.getId(), tags, own);
        // Last, since a process that dies before must find them again.
        own.forEach(claim -> remove(claim, true));
      }
    }
  }

  private static List<String> tags(Image image) {
    return image.getRepoTags() == null ? List.of() : List.of(image.getRepoTags());
  }

  private void removeNames(String imageId, List<String> tags, List<String> own) {
    Set<String> others = claimed(tags.stream().filter(tag -> !own.contains(tag)).toList());
    Set<String> ours = claimed(own);
    List<String> unclaimed =
        tags.stream()
            .filter(tag -> ours.contains(digest(tag)) && !others.contains(digest(tag)))
            .toList();
    if (!unclaimed.isEmpty() && !isUsed(imageId)) {
      unclaimed.forEach(name -> remove(name, false));
    }
  }

  private boolean isUsed(String imageId) {
    return !client
        .listContainersCmd()
        .withShowAll(true)
        .withAncestorFilter(List.of(imageId))
        .exec()
        .isEmpty();
  }

  private void remove(String name, boolean force) {
    try {
      client.removeImageCmd(name).withForce(force).exec();
    } catch (NotFoundException | ConflictException e) {
      // Gone already, or used by somebody who needs no claim.
    }
  }

  private static Set<String> claimed(Collection<String> tags) {
    return tags.stream()
        .map(CLAIM::matcher)
        .filter(Matcher::matches)
        .map(claim -> claim.group(1))
        .collect(Collectors.toSet());
  }

  private static String digest(String name) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] hash = sha256.digest(familiar(name).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(hash, DIGITS / 2));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A name as engines list it: {@code docker.io/library/app} is {@code app:latest}. */
  static String familiar(String name) {
    String path = name.replaceFirst("^(index\\.)?docker\\.io/", "").replaceFirst("^library/", "");
    return path.indexOf(':', path.lastIndexOf('/') + 1) < 0 ? path + ":latest" : path;
  }
}
