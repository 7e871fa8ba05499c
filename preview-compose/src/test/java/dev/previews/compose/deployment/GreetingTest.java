package dev.previews.compose.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreetingTest {
  private static final String KEY = ContentKey.random();

  private final Greeting greeting = new Greeting();

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "{\"version\":1}", "one\ntwo\n", "one\n\ntwo", "Ünï€\n"})
  void whatWasNotedComesAsItWasHoweverItIsSplit(String noted) throws Exception {
    byte[] all = (KEY + "\n" + noted + KEY + "\n").getBytes(UTF_8);
    for (int split = 0; split <= all.length; split++) {
      Greeting each = new Greeting();
      each.write(all, 0, split);
      assertThat(each.key().isDone()).isEqualTo(split > KEY.length());
      assertThat(each.noted().isDone()).isEqualTo(split == all.length);
      each.write(all, split, all.length - split);
      assertThat(each.key().get()).contains(KEY);
      assertThat(each.noted().get()).contains(noted);
    }
  }

  @Test
  void onlyTheWholeKeyIsTheEnd() throws Exception {
    String noted = KEY.substring(1) + "\n" + KEY + " \n";
    write(KEY + "\n" + noted);
    assertThat(greeting.noted().isDone()).isFalse();
    write(KEY + "\n");
    assertThat(greeting.noted().get()).contains(noted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no key"})
  void withoutAKeyNothingFollows(String line) throws Exception {
    write(line + "\n");
    assertThat(greeting.key().get()).contains(line);
    assertThat(greeting.noted().get()).contains("");
    write("more\n");
    assertThat(greeting.noted().get()).contains("");
  }

  @Test
  void whatHasNotComeWholeIsNothing() throws Exception {
    write(KEY + "\nhalf of\n" + KEY);
    greeting.ended();
    assertThat(greeting.key().get()).contains(KEY);
    assertThat(greeting.noted().get()).isEmpty();
  }

  @Test
  void aCommandThatSaysNothingHasNoKey() throws Exception {
    write(KEY);
    greeting.ended();
    for (Future<Optional<String>> each : List.of(greeting.key(), greeting.noted())) {
      assertThat(each.get()).isEmpty();
    }
  }

  @Test
  void whatHasComeWholeStays() throws Exception {
    write(KEY + "\nall" + KEY + "\n");
    greeting.ended();
    assertThat(greeting.noted().get()).contains("all");
  }

  private void write(String text) throws IOException {
    greeting.write(text.getBytes(UTF_8));
  }
}
