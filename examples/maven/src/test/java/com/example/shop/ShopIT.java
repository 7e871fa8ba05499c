package com.example.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.previews.Preview;
import dev.previews.Previews;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One of several classes that use the same environment. */
class ShopIT {
  private static Preview preview;

  @BeforeAll
  static void find() {
    String id = System.getProperty("shop.environment");
    System.out.println("The environment is " + id);
    preview =
        Previews.builder().driver(System.getProperty("preview.driver")).find(id).orElseThrow();
  }

  @AfterAll
  static void release() {
    preview.close(); // it stays up
  }

  @Test
  void showsItsFrontPage() throws Exception {
    String page =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(preview.url("web")).build(), BodyHandlers.ofString())
            .body();
    assertEquals("Welcome to the shop\n", page);
  }
}
