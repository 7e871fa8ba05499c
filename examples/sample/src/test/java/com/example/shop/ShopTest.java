package com.example.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.previews.Preview;
import dev.previews.junit.PreviewEnvironment;
import dev.previews.junit.ServiceUrl;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** A test of the shop, wherever -Dpreview.driver says; an environment of its own for each run. */
@PreviewEnvironment(compose = "compose.yaml")
class ShopTest {
  @Test
  void showsItsFrontPage(@ServiceUrl("web") URI web) throws Exception {
    String page =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(web).build(), BodyHandlers.ofString())
            .body();
    assertEquals("Welcome to the shop\n", page);
  }

  @Test
  void keepsItsData(Preview preview) {
    System.out.println("The environment is " + preview.id());
    preview.exec("web", "sh", "-c", "echo sold >> /data/log");
    assertEquals("sold\n", preview.exec("web", "cat", "/data/log").stdout());
  }
}
