/** Whether SQS takes a text as a message body: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function isFitForSqs(text: string): boolean {
  return [...text].every((character) => {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x20) return point === 0x9 || point === 0xa || point === 0xd;
    return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || point >= 0x10000;
  });
}
