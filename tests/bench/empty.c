/* SPDX-License-Identifier: Apache-2.0 */
/* The least that a dynamically linked program can cost. */
int main(void)
{
	return 0;
}
