package dev.sallyport.runtimellama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AskTest {
  private static Json.Obj json(String text) throws BadInput {
    return Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static Ask chat(String rest) throws Exception {
    return Ask.chat(json("{'messages':[{'role':'user','content':'hi'}]" + rest + "}"));
  }

  @Test
  void readsEveryField() throws Exception {
    Ask ask =
        chat(
            ",'max_tokens':7,'temperature':0,'top_p':0.5,'seed':12,'stop':['a','b'],'n':1,"
                + "'stream':true,'stream_options':{'include_usage':true},'model':'any','user':'u'");
    assertEquals(
        new Sampling(
            OptionalInt.of(7),
            OptionalDouble.of(0),
            OptionalDouble.of(0.5),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalInt.of(12),
            List.of("a", "b")),
        ask.sampling());
    assertTrue(ask.stream());
    assertTrue(ask.streamUsage());
  }

  @Test
  void takesNullAsAbsent() throws Exception {
    Ask ask =
        chat(",'max_tokens':null,'stop':null,'seed':null,'stream':null,'logprobs':null,'n':null");
    assertEquals(OptionalInt.empty(), ask.sampling().maxTokens());
    assertFalse(ask.stream());
  }

  @Test
  void prefersTheNewerNameOfTheTokenLimit() throws Exception {
    Ask ask = chat(",'max_tokens':7,'max_completion_tokens':9");
    assertEquals(OptionalInt.of(9), ask.sampling().maxTokens());
  }

  @Test
  void readsTextPartsAndDeveloperMessages() throws Exception {
    Ask ask =
        Ask.chat(
            json(
                "{'messages':[{'role':'developer','content':'d'},{'role':'user','content':"
                    + "[{'type':'text','text':'a'},{'type':'text','text':'b'}]}]}"));
    assertEquals(
        new Ask.Prompt.Chat(List.of(new Ask.Message("system", "d"), new Ask.Message("user", "ab"))),
        ask.prompt());
  }

  @Test
  void textCompletionsStopAfterSixteenTokensUnlessToldOtherwise() throws Exception {
    assertEquals(OptionalInt.of(16), Ask.text(json("{'prompt':'a'}")).sampling().maxTokens());
    assertEquals(new Ask.Prompt.Text("a"), Ask.text(json("{'prompt':['a']}")).prompt());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",'n':2",
        ",'logprobs':true",
        ",'top_logprobs':3",
        ",'tools':[{'type':'function'}]",
        ",'logit_bias':{'1':2}",
        ",'response_format':{'type':'json_object'}",
        ",'echo':true",
        ",'max_tokens':0",
        ",'max_tokens':-1",
        ",'max_tokens':3000000000",
        ",'temperature':3",
        ",'temperature':-0.1",
        ",'temperature':'hot'",
        ",'top_p':1.1",
        ",'stop':['']",
        ",'stop':['a','b','c','d','e']",
        ",'stop':7",
        ",'frequency_penalty':3",
        ",'n':0",
      })
  void refusesWhatItCannotDo(String rest) {
    assertEquals(400, assertThrows(HttpError.class, () -> chat(rest)).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'messages':7}",
        "{'messages':[7]}",
        "{'messages':[{'role':'user'}]}",
        "{'messages':[{'content':'a'}]}",
        "{'messages':[{'role':7,'content':'a'}]}",
        "{'messages':[{'role':'user','content':[7]}]}",
      })
  void namesTheMemberThatIsWrong(String body) {
    assertThrows(BadInput.class, () -> Ask.chat(json(body)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'messages':[]}",
        "{'messages':[{'role':'tool','content':'a'}]}",
        "{'messages':[{'role':'user','content':7}]}",
        "{'messages':[{'role':'user','content':[{'type':'image_url'}]}]}",
      })
  void refusesOtherKindsOfMessages(String body) {
    assertEquals(400, assertThrows(HttpError.class, () -> Ask.chat(json(body))).status());
  }

  @Test
  void refusesPromptsOfTokens() {
    for (String prompt : List.of("[1,2]", "['a','b']", "[]", "null")) {
      assertThrows(HttpError.class, () -> Ask.text(json("{'prompt':" + prompt + "}")));
    }
  }

  @Test
  void neverRepeatsAPromptInAnError() {
    HttpError error =
        assertThrows(
            HttpError.class,
            () -> Ask.chat(json("{'messages':[{'role':'user','content':{'secret':'zebra'}}]}")));
    assertFalse(new String(error.body(), StandardCharsets.UTF_8).contains("zebra"));
  }
}
